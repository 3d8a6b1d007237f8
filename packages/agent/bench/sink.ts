/** The other end of the cost measurement: a process that takes frames as a hub does (reads them, acks reports). */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeFrame } from '@orrery/protocol/codec'
import { Server } from 'socket.io'

const http = createServer()
const io = new Server(http, { transports: ['websocket'], maxHttpBufferSize: 4e6, serveClient: false })
let frames = 0
let bytes = 0
let samples = 0

io.of('/agent').on('connection', (socket) => {
  socket.on('frame', (data: unknown) => {
    const read = decodeFrame(data)
    if (!read.ok) throw new Error(read.message)
    frames++
    bytes += (data as Uint8Array).length
    const crashIds: string[] = []
    for (const record of read.frame.records) {
      if (record.type === 'crash') crashIds.push(record.report.id)
      if (record.type === 'process.samples') samples += record.refs.length
    }
    socket.emit('ack', { crashIds, seq: read.frame.seq })
  })
  socket.emit('welcome', { protocol: 1, hubVersion: 'sink', heartbeatMs: 1_000, lastSeq: 0 })
})

process.on('message', () => process.send?.({ frames, bytes, samples }))
process.on('disconnect', () => process.exit(0))
http.listen(0, '127.0.0.1', () => process.send?.({ port: (http.address() as AddressInfo).port }))
