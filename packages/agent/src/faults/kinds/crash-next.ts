import { throwing } from './throwing.ts'

export const crashNext = throwing('crash_next')
