'use strict'

require('@riposte/monitor/register')
const mariadb = require('mariadb')
const callback = require('mariadb/callback')
const { doors } = require('../../apps/mariadb.doors.cjs')
const { serve } = require('../../apps/serve.cjs')

serve(doors({ mariadb, callback }))
