'use strict'

require('@riposte/monitor/register')
const library = require('ldapts')
const doors = require('../apps/doors.cjs')
const { serve } = require('../apps/serve.cjs')

serve(doors.ldapts(library))
