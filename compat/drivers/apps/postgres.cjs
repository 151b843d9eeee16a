'use strict'

require('@riposte/monitor/register')
const postgres = require('postgres')
const { doors } = require('./postgres.doors.cjs')
const { serve } = require('./serve.cjs')

serve(doors({ postgres }))
