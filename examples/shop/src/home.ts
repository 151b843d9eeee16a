import { Router } from 'express'

export const home = Router()

home.get('/', (_request, response) => {
  response.type('html').send(page)
})

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lamp &amp; Linen</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { margin: 0 auto; max-width: 46rem; padding: 2rem 1rem }
  form { display: flex; gap: .5rem; margin: 1rem 0 }
  input { flex: 1; font: inherit; padding: .5rem .75rem }
  button { font: inherit; padding: .5rem 1rem }
  table { border-collapse: collapse; width: 100% }
  td, th { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .4rem; text-align: left }
  td:last-child, th:last-child { font-variant-numeric: tabular-nums; text-align: right }
  #note { min-height: 1.5em }
</style>
<h1>Lamp &amp; Linen</h1>
<p>A small shop with holes in it, on purpose. Do not put it on a network.</p>
<form id="search"><input name="q" aria-label="Search products" placeholder="Search products"><button>Search</button></form>
<p id="note" role="status"></p>
<table><thead><tr><th>Product</th><th>Category</th><th>Price</th></tr></thead><tbody id="rows"></tbody></table>
<script>
  const note = document.getElementById('note'), rows = document.getElementById('rows')
  async function search(term) {
    const answer = await fetch('/products?q=' + encodeURIComponent(term))
    const body = await answer.json()
    rows.replaceChildren()
    if (!answer.ok) {
      note.textContent = body.reference ? 'Refused (' + answer.status + '). Reference ' + body.reference : (body.error || 'Error ' + answer.status)
      return
    }
    note.textContent = body.length + ' found'
    for (const product of body) {
      const row = rows.insertRow()
      row.insertCell().textContent = product.name
      row.insertCell().textContent = product.category
      row.insertCell().textContent = (product.price_cents / 100).toFixed(2)
    }
  }
  document.getElementById('search').addEventListener('submit', (event) => { event.preventDefault(); search(event.target.q.value) })
  search('')
</script>
</html>`
