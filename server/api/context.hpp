#pragma once

#include "server/api/hosts.hpp"
#include "server/api/intakes.hpp"
#include "server/api/throttle.hpp"
#include "server/base/workers.hpp"
#include "server/catalog/database.hpp"
#include "server/catalog/snapshot.hpp"
#include "server/directory/directory.hpp"
#include "server/net/address.hpp"
#include "server/oidc/provider.hpp"
#include "server/restricted/audiences.hpp"
#include "server/restricted/signed_sources.hpp"
#include "server/trust/online_key.hpp"
#include "server/trust/pc_key.hpp"
#include "server/uploads/folder.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace farboot::server::api
{

class Metrics;

/// Of what people send by tus.
struct UploadSettings {
    uploads::Folder folder{};
    std::uint64_t quota = 100'000'000'000;   ///< bytes that one user's may take, unless he has a quota of his own
    std::uint64_t total = 1'000'000'000'000; ///< and all together
    std::chrono::days life{7};               ///< of what is not whole, after the last bytes
};

/// What the routes work with. Outlives the HTTP server.
struct Context {
    catalog::Database& database;
    catalog::Snapshots& snapshots;
    const OnlineKey& online_key;
    Hosts& hosts;
    Workers& hashing;   ///< one thread for passwords
    Throttle& throttle; ///< of logins
    const Audiences& audiences;
    const PcChallenges& challenges;
    const SignedSources& signed_sources;
    Intakes& intakes;
    Workers& storing; ///< threads for the intakes
    std::filesystem::path store;
    std::filesystem::path pages;
    std::vector<std::string> sources;       ///< empty: this server's own /store
    std::optional<std::string> gui;         ///< series; empty text: none; nothing: the gui record published last
    const Directory* directory = nullptr;   ///< null: all users are the server's own
    Workers* asking = nullptr;              ///< threads for the directory and the provider
    const OidcProvider* provider = nullptr; ///< null: nobody logs in by OpenID Connect
    std::vector<Subnet> login_networks{};   ///< people may log in at their PCs, enrolled or not
    std::chrono::days audit_life{730};      ///< how long the audit log is kept; 0: for ever
    std::chrono::seconds report_every{30};  ///< until a PC's next report; it adds some chance of its own
    std::filesystem::path first_password{}; ///< the file with the first admin's, until he sets another one
    std::function<std::chrono::sys_seconds()> now;
    UploadSettings uploads{};
    Metrics* metrics = nullptr;
    std::vector<Subnet> metrics_readers{}; ///< may read these without a login
};

} // namespace farboot::server::api
