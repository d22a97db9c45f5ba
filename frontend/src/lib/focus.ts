import { nextTick } from 'vue'

/** Takes the one who fills in a form to the first field that must be corrected. */
export async function focusFirstFault(form: EventTarget | null): Promise<void> {
  await nextTick()
  if (form instanceof HTMLElement) form.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
}
