import '@riposte/monitor/register'
import mongoose from 'mongoose'
import app from '../apps/mongoose.cjs'
import { serve } from '../apps/serve.cjs'

serve(app.doors(mongoose))
