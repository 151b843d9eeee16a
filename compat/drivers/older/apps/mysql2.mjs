import '@riposte/monitor/register'
import mysql from 'mysql2'
import promise from 'mysql2/promise'
import apps from '../../apps/mysql2.doors.cjs'
import { serve } from '../../apps/serve.cjs'

serve(apps.doors({ mysql, promise }))
