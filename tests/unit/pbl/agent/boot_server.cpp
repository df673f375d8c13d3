#include "tests/unit/pbl/agent/boot_server.hpp"

#include "rootfs/base/encoding.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace farboot::agent::testing_agent
{

using nlohmann::json;

rootfs::Policy policy_of(const Keys& keys, const rootfs::SigningKey& online, std::uint64_t number)
{
    rootfs::Policy policy;
    policy.header = {{"policy", "policy"}, number};
    for (const auto* key : {&keys.publisher, &online, &keys.policy})
        policy.keys[key->public_key().id()] = {key->public_key(), "a key"};
    policy.roles = {{{"boot", "vm", "gui"}, {"*"}, 1, {keys.publisher.public_key().id()}},
                    {{"statement"}, {"*"}, 1, {online.public_key().id()}},
                    {{"policy"}, {"*"}, 1, {keys.policy.public_key().id()}}};
    return policy;
}

std::string sign(std::string_view type, const std::string& payload, const rootfs::SigningKey& key)
{
    rootfs::Envelope envelope{rootfs::payload_type_of(type), payload, {}};
    envelope.sign(key);
    return envelope.to_json();
}

bool answer_file(TlsServer::Peer& peer, const std::string& request, const std::string& content)
{
    const auto at = request.find("Range: bytes=");
    if (at == std::string::npos)
        return peer.answer("200 OK", content);
    const auto first = std::stoul(request.substr(at + 13));
    const auto last = std::stoul(request.substr(request.find('-', at + 13) + 1));
    return peer.answer("206 Partial Content", content.substr(first, last - first + 1),
                       fmt::format("Content-Range: bytes {}-{}/{}\r\n", first, last, content.size()));
}

BootServer::BootServer(const Keys& keys, const rootfs::testing_fetch::Identity& identity) : online_(keys.online)
{
    server_ = std::make_unique<TlsServer>(&identity, [this](auto& peer, const auto& request) { talk(peer, request); });
    url_ = server_->url("");
}

rootfs::FileRef BootServer::add_file(const std::string& content)
{
    const auto digest = sha256(as_bytes(content));
    const std::lock_guard lock(mutex_);
    answers_["/store/v1/files/" + digest.hex()] = content;
    return {digest, content.size()};
}

void BootServer::put_record(const std::string& path, const std::string& envelope)
{
    const std::lock_guard lock(mutex_);
    answers_["/api/v1/records/" + path] = envelope;
}

void BootServer::set_menu(const std::string& menu)
{
    const std::lock_guard lock(mutex_);
    answers_["/api/v1/menu"] = menu;
}

void BootServer::alter_statements(std::function<void(rootfs::Statement&)> alter)
{
    const std::lock_guard lock(mutex_);
    alter_ = std::move(alter);
}

void BootServer::sign_statements_with(const rootfs::SigningKey& key)
{
    const std::lock_guard lock(mutex_);
    online_ = key;
}

void BootServer::answer(const std::string& path, Talk talk)
{
    const std::lock_guard lock(mutex_);
    talks_[path] = std::move(talk);
}

std::vector<std::string> BootServer::requests() const
{
    const std::lock_guard lock(mutex_);
    return requests_;
}

std::string BootServer::file(const std::string& path) const
{
    const std::lock_guard lock(mutex_);
    return answers_.at(path);
}

std::string BootServer::statement(const std::string& request) const
{
    const auto body = json::parse(request.substr(request.find("\r\n\r\n") + 4));
    rootfs::Statement statement;
    statement.nonce = from_base64(body.at("nonce").get<std::string>()).value();
    statement.time = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (alter_)
        alter_(statement);
    return sign("statement", statement.to_json(), online_);
}

void BootServer::talk(TlsServer::Peer& peer, const std::string& request)
{
    if (away_)
        return peer.close();
    const auto begin = request.find(' ') + 1;
    const auto target = request.substr(begin, request.find(' ', begin) - begin);
    const auto path = target.substr(0, target.find('?'));
    std::unique_lock lock(mutex_);
    requests_.push_back(target);
    const auto special = talks_.contains(path) ? talks_.at(path) : Talk();
    const auto usual = answers_.contains(path) ? std::optional(answers_.at(path)) : std::nullopt;
    const auto fresh = path == "/api/v1/statement" ? statement(request) : std::string();
    lock.unlock();
    if (special)
        special(peer, request);
    else if (!fresh.empty())
        peer.answer("200 OK", fresh);
    else if (usual)
        answer_file(peer, request, *usual);
    else
        peer.answer("404 Not Found", R"({"error": {"code": "not-found", "sentence": "There is no such thing."}})");
}

} // namespace farboot::agent::testing_agent
