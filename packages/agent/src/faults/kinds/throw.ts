import { throwing } from './throwing.ts'

export const throwFault = throwing('throw')
