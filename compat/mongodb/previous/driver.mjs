import '@riposte/monitor/register'
import { MongoClient } from 'mongodb'
import app from '../apps/driver.cjs'
import { serve } from '../apps/serve.cjs'

serve(app.doors({ MongoClient }))
