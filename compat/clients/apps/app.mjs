import '@riposte/monitor/register'
import axios from 'axios'
import crossSpawn from 'cross-spawn'
import { execa, execaSync as execaCommand } from 'execa'
import got from 'got'
import nodeFetch from 'node-fetch'
import undici from 'undici'
import routes from './routes.cjs'

routes.serve({ axios, crossSpawn, execa, execaCommand, got, nodeFetch, undici })
