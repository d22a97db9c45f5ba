/** Where every page lives. Links are made here, so that a route is renamed in one place. */
export const paths = {
  home: '/',
  login: '/login',
  notices: '/notices',
  rounds: '/rounds',
  newRound: '/rounds/new',
  importRound: '/rounds/import',
  round: (roundId: string) => `/rounds/${roundId}`,
  editRound: (roundId: string) => `/rounds/${roundId}/edit`,
  recipients: (roundId: string) => `/rounds/${roundId}/recipients`,
  overview: (roundId: string) => `/rounds/${roundId}/overview`,
  submissions: (roundId: string) => `/rounds/${roundId}/submissions`,
  readAcross: (roundId: string, questionId?: string) =>
    questionId ? `/rounds/${roundId}/questions/${questionId}` : `/rounds/${roundId}/questions`,
  response: (responseId: string) => `/responses/${responseId}`,
  write: (responseId: string, answerId?: string) =>
    answerId ? `/responses/${responseId}/write/${answerId}` : `/responses/${responseId}/write`,
  read: (responseId: string) => `/responses/${responseId}/read`,
  signoff: (responseId: string) => `/responses/${responseId}/signoff`,
  submit: (responseId: string) => `/responses/${responseId}/submit`,
  receipt: (responseId: string) => `/responses/${responseId}/receipt`,
  submission: (responseId: string, number?: string) => `/submissions/${responseId}${number ? `?number=${number}` : ''}`,
  communities: '/communities',
  community: (organisationId: string) => `/communities/${organisationId}`,
  meeting: (meetingId: string) => `/meetings/${meetingId}`,
  administration: '/administration',
  organisations: '/administration/organisations',
} as const
