#pragma once

#include "server/api/context.hpp"
#include "server/http/router.hpp"

#include <string_view>

/// The requests of docs/http-api.md. The context must outlive the router.
namespace farboot::server::api
{

inline constexpr std::uint64_t max_json = 1 << 20; ///< bytes of a JSON body

void add_menu_routes(http::Router& router, const Context& context); ///< healthz, menu, statement
void add_session_routes(http::Router& router, const Context& context);
void add_oidc_routes(http::Router& router, const Context& context);     ///< by OpenID Connect
void add_password_routes(http::Router& router, const Context& context); ///< one's own, and others'
void add_user_routes(http::Router& router, const Context& context);     ///< users, groups, roles
void add_access_routes(http::Router& router, const Context& context);   ///< users' tokens
void add_audit_routes(http::Router& router, const Context& context);
void add_entry_routes(http::Router& router, const Context& context);
void add_location_routes(http::Router& router, const Context& context);
void add_rule_routes(http::Router& router, const Context& context); ///< hardware classes, rules, explain
void add_record_routes(http::Router& router, const Context& context);
void add_series_routes(http::Router& router, const Context& context); ///< versions of records
void add_store_routes(http::Router& router, const Context& context);
inline constexpr std::string_view token_path = "/api/v1/store-token";
void add_pc_routes(http::Router& router, const Context& context);        ///< what PCs say
void add_pc_login_routes(http::Router& router, const Context& context);  ///< people at PCs, and their accounts
void add_pc_admin_routes(http::Router& router, const Context& context);  ///< the registry of PCs
void add_job_routes(http::Router& router, const Context& context);       ///< for several PCs at a time
void add_trace_routes(http::Router& router, const Context& context);     ///< of PCs, for boot profiles
void add_token_routes(http::Router& router, const Context& context);     ///< for restricted images
void add_upload_routes(http::Router& router, const Context& context);    ///< into the store
void add_tus_routes(http::Router& router, const Context& context);       ///< files that people send by tus
void add_sent_file_routes(http::Router& router, const Context& context); ///< and what has come of them
void add_event_routes(http::Router& router, const Context& context);     ///< what changes, as it does
void add_metrics_routes(http::Router& router, const Context& context);   ///< for Prometheus
void add_openapi_routes(http::Router& router);                           ///< what they all are, as data
void add_page_routes(http::Router& router, const Context& context);
void add_all_routes(http::Router& router, const Context& context); ///< the above, as the server has them

} // namespace farboot::server::api
