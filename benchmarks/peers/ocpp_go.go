// A CSMS with the Go library ocpp-go, which validates in both directions; it writes no log. Prints its port.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	ocpp2 "github.com/lorenzodonini/ocpp-go/ocpp2.0.1"
	"github.com/lorenzodonini/ocpp-go/ocpp2.0.1/availability"
	"github.com/lorenzodonini/ocpp-go/ocpp2.0.1/provisioning"
	"github.com/lorenzodonini/ocpp-go/ocpp2.0.1/transactions"
	"github.com/lorenzodonini/ocpp-go/ocpp2.0.1/types"
	"github.com/lorenzodonini/ocpp-go/ws"
)

type forBoots = provisioning.CSMSHandler
type forHeartbeats = availability.CSMSHandler
type forTransactions = transactions.CSMSHandler

// Answers three messages; the embedded interfaces, which are nil, have the methods for all others.
type handler struct {
	forBoots
	forHeartbeats
	forTransactions
}

func (handler) OnBootNotification(string, *provisioning.BootNotificationRequest) (*provisioning.BootNotificationResponse, error) {
	return provisioning.NewBootNotificationResponse(types.NewDateTime(time.Now()), 60, provisioning.RegistrationStatusAccepted), nil
}

func (handler) OnHeartbeat(string, *availability.HeartbeatRequest) (*availability.HeartbeatResponse, error) {
	return availability.NewHeartbeatResponse(*types.NewDateTime(time.Now())), nil
}

func (handler) OnTransactionEvent(string, *transactions.TransactionEventRequest) (*transactions.TransactionEventResponse, error) {
	cost := 10.0
	return &transactions.TransactionEventResponse{TotalCost: &cost}, nil
}

func main() {
	server := ws.NewServer()
	csms := ocpp2.NewCSMS(nil, server)
	csms.SetProvisioningHandler(handler{})
	csms.SetAvailabilityHandler(handler{})
	csms.SetTransactionsHandler(handler{})
	go csms.Start(0, "/{ws}")
	for server.Addr() == nil {
		time.Sleep(time.Millisecond)
	}
	fmt.Println("Listening on port", server.Addr().Port)
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM)
	<-ended
}
