'use strict'

require('@riposte/monitor/register')
const mariadb = require('mariadb')
const callback = require('mariadb/callback')
const { doors } = require('./mariadb.doors.cjs')
const { serve } = require('./serve.cjs')

serve(doors({ mariadb, callback }))
