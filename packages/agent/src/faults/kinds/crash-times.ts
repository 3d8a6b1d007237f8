import { throwing } from './throwing.ts'

export const crashTimes = throwing('crash_times')
