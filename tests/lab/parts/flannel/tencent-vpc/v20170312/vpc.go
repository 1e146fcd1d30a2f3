// Package v20170312 stands in for Tencent's VPC client, whose module the Go proxy
// did not serve. flannel imports it for its back end of that cloud, which no cluster
// of nixgen's uses: only what that back end names is here, and every call fails.
package v20170312

import "errors"

var errAbsent = errors.New("flannel was built without Tencent's VPC client")

type Client struct{}

func NewClientWithSecretId(id, key, region string) (*Client, error) { return nil, errAbsent }

type Filter struct {
	Name   *string
	Values []*string
}

type Route struct {
	DestinationCidrBlock, GatewayId, GatewayType, RouteType *string
	RouteId                                                 *uint64
	Enabled                                                 *bool
}

type RouteTable struct {
	RouteTableId *string
	RouteSet     []*Route
}

type DescribeRouteTablesRequest struct{ Filters []*Filter }

type DescribeRouteTablesResponse struct {
	Response struct{ RouteTableSet []*RouteTable }
}

type CreateRoutesRequest struct {
	RouteTableId *string
	Routes       []*Route
}

type DeleteRoutesRequest CreateRoutesRequest

func NewDescribeRouteTablesRequest() *DescribeRouteTablesRequest {
	return &DescribeRouteTablesRequest{}
}

func NewCreateRoutesRequest() *CreateRoutesRequest { return &CreateRoutesRequest{} }

func NewDeleteRoutesRequest() *DeleteRoutesRequest { return &DeleteRoutesRequest{} }

func (*Client) DescribeRouteTables(*DescribeRouteTablesRequest) (*DescribeRouteTablesResponse, error) {
	return nil, errAbsent
}

func (*Client) CreateRoutes(*CreateRoutesRequest) (any, error) { return nil, errAbsent }

func (*Client) DeleteRoutes(*DeleteRoutesRequest) (any, error) { return nil, errAbsent }
