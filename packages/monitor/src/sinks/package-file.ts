import path from 'node:path'

/** Where a file stands inside a package: `lib/pool.js`; null when it is in no package of that name. */
export function fileInPackage(file: string, name: string): string | null {
  const folder = `node_modules${path.sep}${name.replaceAll('/', path.sep)}${path.sep}`
  const at = file.lastIndexOf(folder)
  return at === -1 ? null : file.slice(at + folder.length).replaceAll(path.sep, '/')
}

/** The folder of that package in a path that leads into it. */
export function packageFolder(file: string, name: string): string | null {
  const inside = fileInPackage(file, name)
  return inside === null ? null : file.slice(0, file.length - inside.length)
}
