// Every Norwegian word the documents print, in both written languages. {x} is filled in (page numbers by the
// writers); a pair is [one, several].
export const words = {
  nb: {
    joint: 'Felles innspill',
    separate: 'Eget innspill',
    kindTo: '{kind} til {sender}',
    from: 'Fra {name}',
    draft: 'Utkast',
    draftNotice: 'Utkast. Dette er ikke sendt inn, og kan bli endret.',
    contents: 'Innhold',
    pageOf: 'Side {page} av {pages}',
    receipt: 'Kvittering',
    receiptNumber: 'Kvittering {number}',
    receiptFor: 'Kvittering {number} for {kind}',
    serverTime: 'Tid hos serveren',
    replaces: 'Erstatter',
    sent: 'Dette er sendt',
    state: 'Svar',
    ready: 'Besvart',
    not_answered: 'Ikke besvart',
    submitted: 'Sendt inn',
    submittedBy: 'Sendt inn av',
    deadline: 'Frist',
    onTime: 'innen fristen',
    late: '{duration} etter fristen',
    reference: 'Referanse',
    invitation: '{reference}, invitasjon av {date}',
    invitationUndated: 'invitasjon av {date}',
    behind: 'Hvem som svarer',
    checksum: 'Kontrollsum',
    question: 'Spørsmål {number}:',
    notAnswered: 'Spørsmålet er ikke besvart.',
    emptyAnswer: 'Svaret har ingen tekst.',
    remarkFrom: 'Særmerknad fra {names}',
    remarkQuote: 'Om: «{quote}»',
    remarkReply: 'Svar fra de andre',
    silenceWarned: 'Varslet {warned}.',
    silenceCounted: 'Varslet {warned}. Etter helsefellesskapets regel regnes parten som enig fra {from}.',
    generalRemarks: 'Særmerknader til hele innspillet',
    recorded: 'Registrert {date}',
    parties: 'Partene og standpunktene deres',
    noParties: 'Ingen parter er registrert.',
    hospital: 'Sykehussiden',
    municipal: 'Kommunesiden',
    hospitals: ['1 sykehuspart', '{n} sykehusparter'],
    municipalities: ['1 kommune', '{n} kommuner'],
    and: 'og',
    party: 'Part',
    position: 'Standpunkt',
    recordedBy: 'Registrert av',
    approved: 'Godkjent',
    approved_with_remark: 'Godkjent med særmerknad',
    rejected: 'Avvist',
    stands_outside: 'Står utenfor',
    no_response: 'Har ikke svart',
    staleAnswers: 'Teksten i svar {answers} er endret siden parten tok standpunkt.',
    reason: 'Begrunnelse: {reason}',
    decision: 'Vedtak',
    decisionText: '{body} behandlet innspillet {date}.',
    decisionCase: '{body} behandlet innspillet {date}, sak {number}.',
    strategic: 'Strategisk nivå',
    partnership: 'Partnerskapsnivå',
    evidence: 'Kontroll av innspillet',
    evidenceIntro: 'Da innspillet ble sendt inn, laget portalen en pakke med hele teksten, partene, standpunktene, særmerknadene og vedtaket. Pakken har en kontrollsum. Endres ett tegn i pakken, blir kontrollsummen en annen.',
    evidenceHow: 'Slik kontrollerer du: Last ned pakken (JSON), kjør «samsvar verify» på filen, og sammenlign kontrollsummen for pakken med den på kvitteringen. Du trenger ikke tilgang til portalen eller til nettet.',
    evidencePositions: 'Hvert standpunkt er bundet til kontrollsummen for de svarene parten så. Kontrollsummene er SHA-256 over kanonisk JSON (RFC 8785).',
    what: 'Hva',
    answer: 'Svar {number}',
    freeze: 'Lås for godkjenning nr. {number}, {date}',
    package: 'Pakken',
    missingGlyphs: 'Tegn som skrifttypene i dette dokumentet mangler, er vist med nummeret sitt i hakeparenteser, slik: [U+1F600]. I pakken står tegnene som de ble skrevet.',
    dateTime: '{date} kl. {time}',
    months: ['januar', 'februar', 'mars', 'april', 'mai', 'juni', 'juli', 'august', 'september', 'oktober', 'november', 'desember'],
    days: ['1 dag', '{n} dager'],
    hours: ['1 time', '{n} timer'],
    minutes: ['1 minutt', '{n} minutter'],
    seconds: ['1 sekund', '{n} sekunder'],
  },
  nn: {
    joint: 'Felles innspel',
    separate: 'Eige innspel',
    kindTo: '{kind} til {sender}',
    from: 'Frå {name}',
    draft: 'Utkast',
    draftNotice: 'Utkast. Dette er ikkje sendt inn, og kan bli endra.',
    contents: 'Innhald',
    pageOf: 'Side {page} av {pages}',
    receipt: 'Kvittering',
    receiptNumber: 'Kvittering {number}',
    receiptFor: 'Kvittering {number} for {kind}',
    serverTime: 'Tid hos tenaren',
    replaces: 'Erstattar',
    sent: 'Dette er sendt',
    state: 'Svar',
    ready: 'Svart på',
    not_answered: 'Ikkje svart på',
    submitted: 'Sendt inn',
    submittedBy: 'Sendt inn av',
    deadline: 'Frist',
    onTime: 'innan fristen',
    late: '{duration} etter fristen',
    reference: 'Referanse',
    invitation: '{reference}, invitasjon av {date}',
    invitationUndated: 'invitasjon av {date}',
    behind: 'Kven som svarar',
    checksum: 'Kontrollsum',
    question: 'Spørsmål {number}:',
    notAnswered: 'Spørsmålet er ikkje svart på.',
    emptyAnswer: 'Svaret har ingen tekst.',
    remarkFrom: 'Særmerknad frå {names}',
    remarkQuote: 'Om: «{quote}»',
    remarkReply: 'Svar frå dei andre',
    silenceWarned: 'Varsla {warned}.',
    silenceCounted: 'Varsla {warned}. Etter regelen til helsefellesskapet blir parten rekna som einig frå {from}.',
    generalRemarks: 'Særmerknader til heile innspelet',
    recorded: 'Registrert {date}',
    parties: 'Partane og standpunkta deira',
    noParties: 'Ingen partar er registrerte.',
    hospital: 'Sjukehussida',
    municipal: 'Kommunesida',
    hospitals: ['1 sjukehuspart', '{n} sjukehuspartar'],
    municipalities: ['1 kommune', '{n} kommunar'],
    and: 'og',
    party: 'Part',
    position: 'Standpunkt',
    recordedBy: 'Registrert av',
    approved: 'Godkjent',
    approved_with_remark: 'Godkjent med særmerknad',
    rejected: 'Avvist',
    stands_outside: 'Står utanfor',
    no_response: 'Har ikkje svart',
    staleAnswers: 'Teksten i svar {answers} er endra sidan parten tok standpunkt.',
    reason: 'Grunngiving: {reason}',
    decision: 'Vedtak',
    decisionText: '{body} behandla innspelet {date}.',
    decisionCase: '{body} behandla innspelet {date}, sak {number}.',
    strategic: 'Strategisk nivå',
    partnership: 'Partnarskapsnivå',
    evidence: 'Kontroll av innspelet',
    evidenceIntro: 'Då innspelet vart sendt inn, laga portalen ei pakke med heile teksten, partane, standpunkta, særmerknadene og vedtaket. Pakka har ein kontrollsum. Blir eitt teikn i pakka endra, blir kontrollsummen ein annan.',
    evidenceHow: 'Slik kontrollerer du: Last ned pakka (JSON), køyr «samsvar verify» på fila, og samanlikn kontrollsummen for pakka med den på kvitteringa. Du treng ikkje tilgang til portalen eller til nettet.',
    evidencePositions: 'Kvart standpunkt er bunde til kontrollsummen for dei svara parten såg. Kontrollsummane er SHA-256 over kanonisk JSON (RFC 8785).',
    what: 'Kva',
    answer: 'Svar {number}',
    freeze: 'Lås for godkjenning nr. {number}, {date}',
    package: 'Pakka',
    missingGlyphs: 'Teikn som skrifttypane i dette dokumentet manglar, er viste med nummeret sitt i hakeparentesar, slik: [U+1F600]. I pakka står teikna slik dei vart skrivne.',
    dateTime: '{date} kl. {time}',
    months: ['januar', 'februar', 'mars', 'april', 'mai', 'juni', 'juli', 'august', 'september', 'oktober', 'november', 'desember'],
    days: ['1 dag', '{n} dagar'],
    hours: ['1 time', '{n} timar'],
    minutes: ['1 minutt', '{n} minutt'],
    seconds: ['1 sekund', '{n} sekund'],
  },
}

// speaker puts values into the words of one language, and writes dates, durations and lists in it.
export function speaker(language) {
  const w = words[language]
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (slot, key) => values[key] ?? slot)
  const say = (key, values = {}) => fill(w[key], values)
  const count = (key, n) => fill(w[key][n === 1 ? 0 : 1], { n })
  const join = (parts) =>
    parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${w.and} ${parts.at(-1)}`

  const date = (day) => {
    const [, year, month, dayOfMonth] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? []
    return year ? `${Number(dayOfMonth)}. ${w.months[Number(month) - 1]} ${year}` : String(day)
  }
  const instant = (utc) => {
    const at = new Date(utc)
    if (Number.isNaN(at.valueOf())) return String(utc)
    const { year, month, day, hour, minute } = norwegianTime(at)
    return say('dateTime', { date: date(`${year}-${month}-${day}`), time: `${hour}.${minute}` })
  }
  const duration = (seconds) => {
    const units = [['days', 86400], ['hours', 3600], ['minutes', 60], ['seconds', 1]]
    const parts = []
    for (const [unit, size] of units) {
      const n = Math.floor(seconds / size)
      seconds -= n * size
      if (n > 0) parts.push(count(unit, n))
    }
    return join(parts.slice(0, 2))
  }
  return { language, say, count, join, date, instant, duration }
}

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Oslo', hourCycle: 'h23',
  year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
})

function norwegianTime(at) {
  return Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]))
}
