'use strict'

require('@riposte/monitor').monitor.start()
require('./routes.cjs').serve({
  ejs: require('ejs'),
  pug: require('pug'),
  Handlebars: require('handlebars'),
  nunjucks: require('nunjucks'),
  lodash: require('lodash'),
  lodashTemplate: require('lodash.template'),
  olderEjs: require('ejs-3'),
})
