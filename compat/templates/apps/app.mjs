import '@riposte/monitor/register'
import ejs from 'ejs'
import olderEjs from 'ejs-3'
import Handlebars from 'handlebars'
import lodash from 'lodash'
import lodashTemplate from 'lodash.template'
import nunjucks from 'nunjucks'
import pug from 'pug'
import routes from './routes.cjs'

routes.serve({ ejs, pug, Handlebars, nunjucks, lodash, lodashTemplate, olderEjs })
