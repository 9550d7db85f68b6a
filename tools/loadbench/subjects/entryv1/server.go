package entryv1

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/svcgen/svcgen/tools/loadbench/subjects/shared"
)

// Server keeps entries in memory.
type Server struct{ Store shared.Store }

func (s *Server) get(_ context.Context, in *GetEntryRequest) (*Entry, error) {
	i, ok := s.Store.Get(in.GetId())
	if !ok {
		return nil, status.Error(codes.NotFound, "there is no such entry")
	}
	return entry(i), nil
}

func (s *Server) create(_ context.Context, in *CreateEntryRequest) (*Entry, error) {
	i, err := s.Store.Create(in.GetDescription())
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return entry(i), nil
}

func entry(i shared.Item) *Entry {
	return &Entry{Id: i.ID, Description: i.Description, CreatedAt: timestamppb.New(i.CreatedAt)}
}

// Desc is what protoc-gen-go-grpc would generate of the two methods.
var Desc = grpc.ServiceDesc{
	ServiceName: "entry.v1.EntryService",
	HandlerType: (*any)(nil),
	Methods: []grpc.MethodDesc{
		{MethodName: "GetEntry", Handler: handler("GetEntry", (*Server).get)},
		{MethodName: "CreateEntry", Handler: handler("CreateEntry", (*Server).create)},
	},
}

func handler[In any](name string, call func(*Server, context.Context, *In) (*Entry, error)) grpc.MethodHandler {
	return func(srv any, ctx context.Context, decode func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error) {
		in := new(In)
		if err := decode(in); err != nil {
			return nil, err
		}
		if interceptor == nil {
			return call(srv.(*Server), ctx, in)
		}
		info := &grpc.UnaryServerInfo{Server: srv, FullMethod: "/entry.v1.EntryService/" + name}
		return interceptor(ctx, in, info, func(ctx context.Context, in any) (any, error) { return call(srv.(*Server), ctx, in.(*In)) })
	}
}
