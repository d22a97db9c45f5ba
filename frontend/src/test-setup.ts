import 'fake-indexeddb/auto'
import { config } from '@vue/test-utils'
import { afterAll, expect, vi } from 'vitest'
import { createI18n } from 'vue-i18n'
import { connectionLost } from './api/connection'
import nb from './app/messages/nb'
import nn from './app/messages/nn'
import { wordsOfTexts } from './features/terms/textWords'
import { textWords } from './ui/textWords'

// Components are tested with the words that people see.
const i18n = createI18n({ legacy: false, locale: 'nb', messages: { nb, nn } as never })
config.global.plugins = [i18n]
config.global.provide = { [textWords as symbol]: wordsOfTexts(i18n.global as never) }

// Specs share a browser: what one leaves behind would fail another, on a day when they come in that order.
afterAll(() => expect({ contactLost: connectionLost.value, clockStopped: vi.isFakeTimers() }).toEqual({ contactLost: false, clockStopped: false }))
