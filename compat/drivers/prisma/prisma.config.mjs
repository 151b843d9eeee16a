// Prisma's own defineConfig would be no more than this object.
export default { schema: 'schema.prisma' }
