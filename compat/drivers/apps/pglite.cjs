'use strict'

require('@riposte/monitor/register')
const { PGlite } = require('@electric-sql/pglite')
const { doors } = require('./pglite.doors.cjs')
const { serve } = require('./serve.cjs')

serve(doors({ PGlite }))
