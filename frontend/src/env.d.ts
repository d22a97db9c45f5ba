import type { AriaAttributes, HTMLAttributes, InputHTMLAttributes } from 'vue'

// Attributes that may be given to any component, and end on its element.
declare module 'vue' {
  interface ComponentCustomProps
    extends AriaAttributes,
      Pick<HTMLAttributes, 'id' | 'lang' | 'role' | 'tabindex' | 'hidden'>,
      Pick<InputHTMLAttributes, 'min' | 'max' | 'step' | 'autocomplete' | 'inputmode' | 'name' | 'placeholder' | 'maxlength' | 'form'> {}
}
