import type { Role, Schemas } from '@/api'

/** The roles that each kind of organisation can give. The server has the last word. */
export const rolesFor: Record<Schemas['OrganisationKind'], readonly Role[]> = {
  ministry: ['case_officer'],
  regional_health_authority: ['regional_contact', 'reader'],
  health_community: ['secretariat', 'reader'],
  health_trust: ['writer', 'approver', 'reader'],
  hospital: ['writer', 'approver', 'reader'],
  municipality: ['coordinator', 'approver', 'reader'],
  association: ['reader'],
  operator: ['administrator'],
}
