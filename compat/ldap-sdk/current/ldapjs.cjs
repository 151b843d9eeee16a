'use strict'

require('@riposte/monitor/register')
const library = require('ldapjs')
const doors = require('../apps/doors.cjs')
const { serve } = require('../apps/serve.cjs')

serve(doors.ldapjs(library))
