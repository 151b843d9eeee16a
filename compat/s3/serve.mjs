// A real S3-compatible server in a process of its own: its libraries stay out of ours.
import S3rver from 's3rver'

const server = new S3rver({
  address: '127.0.0.1',
  port: 0,
  silent: true,
  vhostBuckets: false,
  directory: process.argv[2],
  configureBuckets: [{ name: 'cases', configs: [] }],
})
const { port } = await server.run()
process.send(port)
process.on('disconnect', () => process.exit(0))
