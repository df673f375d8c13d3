#include "server/api/routes.hpp"

namespace farboot::server::api
{

void add_all_routes(http::Router& router, const Context& context)
{
    add_menu_routes(router, context);
    add_session_routes(router, context);
    add_oidc_routes(router, context);
    add_password_routes(router, context);
    add_user_routes(router, context);
    add_access_routes(router, context);
    add_audit_routes(router, context);
    add_entry_routes(router, context);
    add_location_routes(router, context);
    add_rule_routes(router, context);
    add_record_routes(router, context);
    add_series_routes(router, context);
    add_store_routes(router, context);
    add_pc_routes(router, context);
    add_pc_login_routes(router, context);
    add_pc_admin_routes(router, context);
    add_job_routes(router, context);
    add_trace_routes(router, context);
    add_token_routes(router, context);
    add_upload_routes(router, context);
    add_tus_routes(router, context);
    add_sent_file_routes(router, context);
    add_event_routes(router, context);
    add_metrics_routes(router, context);
    add_openapi_routes(router);
    add_page_routes(router, context);
}

} // namespace farboot::server::api
