// Command gin serves items with gin, otelgin, a histogram and a line of slog for
// each request.
package main

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/contrib/instrumentation/github.com/gin-gonic/gin/otelgin"

	"github.com/svcgen/svcgen/tools/loadbench/subjects/shared"
)

func main() {
	shared.Traces()
	gin.SetMode(gin.ReleaseMode)
	durations, log, store := shared.Durations(), shared.Log(), &shared.Store{}
	g := gin.New()
	g.Use(otelgin.Middleware("gin"), func(c *gin.Context) {
		start := time.Now()
		c.Next()
		shared.Observe(durations, log, c.Request, c.FullPath(), c.Writer.Status(), start)
	}, gin.Recovery())
	g.GET("/v1/items/:id", func(c *gin.Context) {
		i, ok := store.Get(c.Param("id"))
		if !ok {
			c.JSON(http.StatusNotFound, gin.H{"title": "Not Found"})
			return
		}
		c.JSON(http.StatusOK, i)
	})
	g.POST("/v1/items", func(c *gin.Context) {
		var in struct {
			Description string `json:"description" binding:"required,max=200"`
		}
		if err := c.ShouldBindJSON(&in); err != nil {
			c.JSON(http.StatusUnprocessableEntity, gin.H{"title": err.Error()})
			return
		}
		i, err := store.Create(in.Description)
		if err != nil {
			c.JSON(http.StatusUnprocessableEntity, gin.H{"title": err.Error()})
			return
		}
		c.JSON(http.StatusCreated, i)
	})
	shared.Serve(g)
}
