import { useEffect } from "react";
import { OrdersPage } from "../orders/OrdersPage";
import { useMe } from "../shell/me";
import { navigate } from "../shell/router";

/** The orders; who does nothing but load begins with the loads. */
export function OrdersOrLoads() {
  const roles = useMe()?.roles;
  const loads = roles !== undefined && roles.length > 0 && roles.every((each) => each === "loader");
  useEffect(() => {
    if (loads) navigate("/load", { replace: true });
  }, [loads]);
  return roles === undefined || loads ? null : <OrdersPage />;
}
