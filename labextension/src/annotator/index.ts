export { History } from './history';
export type { IStep } from './history';
export { actionOf, labelKeys, RESERVED } from './keys';
export { Outbox } from './outbox';
export { editOf, Session } from './session';
export * from './types';
export { AnnotatorView } from './view';
