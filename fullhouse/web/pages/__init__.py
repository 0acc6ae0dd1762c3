"""What every page is made with: templates, forms, tokens, languages, headers, refusals as pages."""
