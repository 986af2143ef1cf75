export type * from './chat/request.ts'
