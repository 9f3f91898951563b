// The folder's parent has the packages.
module.exports = { turbopack: { root: require('path').dirname(__dirname) } }
