import arrowRight from '@navikt/aksel-icons/svg/ArrowRight.svg?raw'
import arrowUndo from '@navikt/aksel-icons/svg/ArrowUndo.svg?raw'
import bell from '@navikt/aksel-icons/svg/Bell.svg?raw'
import buildings from '@navikt/aksel-icons/svg/Buildings3.svg?raw'
import calendar from '@navikt/aksel-icons/svg/Calendar.svg?raw'
import chat from '@navikt/aksel-icons/svg/Chat.svg?raw'
import checkmark from '@navikt/aksel-icons/svg/Checkmark.svg?raw'
import checkmarkCircle from '@navikt/aksel-icons/svg/CheckmarkCircle.svg?raw'
import chevronDown from '@navikt/aksel-icons/svg/ChevronDown.svg?raw'
import chevronLeft from '@navikt/aksel-icons/svg/ChevronLeft.svg?raw'
import chevronRight from '@navikt/aksel-icons/svg/ChevronRight.svg?raw'
import circle from '@navikt/aksel-icons/svg/Circle.svg?raw'
import circleSlash from '@navikt/aksel-icons/svg/CircleSlash.svg?raw'
import clock from '@navikt/aksel-icons/svg/Clock.svg?raw'
import cloudSlash from '@navikt/aksel-icons/svg/CloudSlash.svg?raw'
import cross from '@navikt/aksel-icons/svg/XMark.svg?raw'
import crossOctagon from '@navikt/aksel-icons/svg/XMarkOctagon.svg?raw'
import download from '@navikt/aksel-icons/svg/Download.svg?raw'
import envelope from '@navikt/aksel-icons/svg/EnvelopeClosed.svg?raw'
import envelopeOpen from '@navikt/aksel-icons/svg/EnvelopeOpen.svg?raw'
import externalLink from '@navikt/aksel-icons/svg/ExternalLink.svg?raw'
import eye from '@navikt/aksel-icons/svg/Eye.svg?raw'
import file from '@navikt/aksel-icons/svg/FileText.svg?raw'
import files from '@navikt/aksel-icons/svg/Files.svg?raw'
import gavel from '@navikt/aksel-icons/svg/PersonGavel.svg?raw'
import hospital from '@navikt/aksel-icons/svg/Hospital.svg?raw'
import hourglass from '@navikt/aksel-icons/svg/Hourglass.svg?raw'
import inbox from '@navikt/aksel-icons/svg/InboxDown.svg?raw'
import information from '@navikt/aksel-icons/svg/InformationSquare.svg?raw'
import language from '@navikt/aksel-icons/svg/Language.svg?raw'
import leave from '@navikt/aksel-icons/svg/Leave.svg?raw'
import link from '@navikt/aksel-icons/svg/Link.svg?raw'
import magnifier from '@navikt/aksel-icons/svg/MagnifyingGlass.svg?raw'
import menu from '@navikt/aksel-icons/svg/MenuHamburger.svg?raw'
import minus from '@navikt/aksel-icons/svg/Minus.svg?raw'
import padlock from '@navikt/aksel-icons/svg/PadlockLocked.svg?raw'
import paperplane from '@navikt/aksel-icons/svg/Paperplane.svg?raw'
import pencil from '@navikt/aksel-icons/svg/PencilLine.svg?raw'
import person from '@navikt/aksel-icons/svg/Person.svg?raw'
import personGroup from '@navikt/aksel-icons/svg/PersonGroup.svg?raw'
import plus from '@navikt/aksel-icons/svg/Plus.svg?raw'
import printer from '@navikt/aksel-icons/svg/PrinterSmall.svg?raw'
import question from '@navikt/aksel-icons/svg/QuestionmarkDiamond.svg?raw'
import refresh from '@navikt/aksel-icons/svg/ArrowsCirclepath.svg?raw'
import thumbUp from '@navikt/aksel-icons/svg/ThumbUp.svg?raw'
import trash from '@navikt/aksel-icons/svg/Trash.svg?raw'
import upload from '@navikt/aksel-icons/svg/Upload.svg?raw'
import warning from '@navikt/aksel-icons/svg/ExclamationmarkTriangle.svg?raw'

const drawings = {
  arrowRight, arrowUndo, bell, buildings, calendar, chat, checkmark, checkmarkCircle, chevronDown, chevronLeft, chevronRight,
  circle, circleSlash, clock, cloudSlash, cross, crossOctagon, download, envelope, envelopeOpen, externalLink, eye, file,
  files, gavel, hospital, hourglass, inbox, information, language, leave, link, magnifier, menu, minus, padlock,
  paperplane, pencil, person, personGroup, plus, printer, question, refresh, thumbUp, trash, upload, warning,
}

export type IconName = keyof typeof drawings

/** The outlines of an icon, drawn on a 24 by 24 grid. */
export function outlines(name: IconName): string[] {
  return [...drawings[name].matchAll(/ d="([^"]+)"/g)].map((match) => match[1]!)
}
