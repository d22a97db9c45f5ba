import { config } from '@vue/test-utils'
import { createI18n } from 'vue-i18n'
import nb from './app/messages/nb'
import nn from './app/messages/nn'

// Components are tested with the words that people see.
config.global.plugins = [createI18n({ legacy: false, locale: 'nb', messages: { nb, nn } as never })]
