#pragma once

#include "pbl/agent/job.hpp"

namespace farboot::agent
{

/// Asks the server for a statement, checks it, and sets the clock by it if it is wrong. As long as no statement was
/// good, the server's certificate is checked without dates. Prints stage statement-ok. Waits while the server cannot be
/// reached.
[[nodiscard]] Result<void> renew_statement(JobContext& job, const Status& base);

/// Fetches a record and makes all checks of docs/records.md; renews the statement if it is not fresh enough.
/// Waits while the server cannot be reached. `session`: as ServerApi::record() takes it.
[[nodiscard]] Result<rootfs::VerifiedRecord>
fetch_record(JobContext& job, const Status& base, const rootfs::RecordName& name, const std::string& session = "");

} // namespace farboot::agent
