// The calls of the API, to be read and tried. The document is the program's own, and nothing else is asked.
"use strict";

window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  showExtensions: true,
  showCommonExtensions: true,
  // Otherwise a validator on the internet would be asked.
  validatorUrl: null,
});
