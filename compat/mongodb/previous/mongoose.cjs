'use strict'

require('@riposte/monitor/register')
const mongoose = require('mongoose')
const { doors } = require('../apps/mongoose.cjs')
const { serve } = require('../apps/serve.cjs')

serve(doors(mongoose))
