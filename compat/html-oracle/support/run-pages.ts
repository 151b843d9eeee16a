import type { Page } from 'playwright-core'

/** Runs in the browser: writes each page into a frame of its own, and presses what can be pressed. */
const source = `async (pages) => {
  const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds))
  const ran = pages.map(() => false)
  const frames = pages.map((html, index) => {
    const frame = document.createElement('iframe')
    document.body.append(frame)
    frame.contentDocument.open()
    frame.contentWindow.__ran = () => { ran[index] = true }
    frame.contentWindow.f = frame.contentWindow.go = () => undefined
    frame.contentWindow.alert = frame.contentWindow.print = () => undefined
    frame.contentDocument.write(html)
    frame.contentDocument.close()
    return frame
  })
  await wait(200)
  for (const frame of frames) {
    for (const element of [...(frame.contentDocument?.querySelectorAll('a, button, [onclick], input') ?? [])].slice(0, 8)) {
      try {
        element.focus()
        element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))
      } catch {}
    }
  }
  await wait(200)
  for (const frame of frames) frame.remove()
  return ran
}`

/** Which of the pages run what they hold. */
export const runPages = (page: Page, pages: readonly string[]): Promise<boolean[]> =>
  page.evaluate<boolean[]>(`(${source})(${JSON.stringify(pages)})`)
