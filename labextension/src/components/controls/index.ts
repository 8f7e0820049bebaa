export { Button } from './Button';
export type { IButtonProps } from './Button';
export { ConfirmWithConsequences, Dialog } from './Dialog';
export { CheckField, RadioCards, SelectField, TextArea, TextField } from './fields';
export type { IOption } from './fields';
export { Menu, MenuButton } from './Menu';
export type { IMenuItem } from './Menu';
export { Tabs } from './Tabs';
export type { ITab } from './Tabs';
