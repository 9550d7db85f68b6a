module github.com/acme/shop/services/storefront/server

go 1.26.0
