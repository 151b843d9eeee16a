'use strict'

require('@riposte/monitor/register')
const mongodb = require('mongodb')
const { doors } = require('../apps/driver.cjs')
const { serve } = require('../apps/serve.cjs')

serve(doors(mongodb))
