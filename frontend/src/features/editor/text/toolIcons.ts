import redo from '@navikt/aksel-icons/svg/ArrowRedo.svg?raw'
import undo from '@navikt/aksel-icons/svg/ArrowUndo.svg?raw'
import bulletList from '@navikt/aksel-icons/svg/BulletList.svg?raw'
import comment from '@navikt/aksel-icons/svg/Chat.svg?raw'
import link from '@navikt/aksel-icons/svg/Link.svg?raw'
import orderedList from '@navikt/aksel-icons/svg/NumberList.svg?raw'
import table from '@navikt/aksel-icons/svg/Table.svg?raw'

const drawings = { redo, undo, bulletList, comment, link, orderedList, table }

export type ToolIconName = keyof typeof drawings

/** The outline of an icon, drawn on a 24 by 24 grid. */
export function toolOutline(name: ToolIconName): string {
  return [...drawings[name].matchAll(/ d="([^"]+)"/g)].map((match) => match[1]).join(' ')
}
