#include "vmchooser/catalog/client.hpp"

#include "rootfs/base/encoding.hpp"
#include "rootfs/record/statement.hpp"
#include "rootfs/system/relay_client.hpp"

#include <nlohmann/json.hpp>

#include <chrono>

namespace farboot::vmchooser
{

using namespace rootfs;

CatalogClient::CatalogClient(SessionData data, std::filesystem::path relay)
    : data_(std::move(data)), relay_(std::move(relay)), http_(TlsTrust{data_.ca_file, true}, 2)
{
}

Result<std::string> CatalogClient::get(const std::string& path, const std::stop_token& stop)
{
    std::error_code ignored;
    if (std::filesystem::exists(relay_, ignored))
        if (auto answer = ask_relay(relay_, "GET", path); answer || answer.error().reason != "relay-away")
            return answer;
    HttpRequest request;
    request.url = data_.server + path;
    auto answer = http_.fetch_ok(std::move(request), stop);
    if (!answer)
        return std::unexpected(answer.error());
    return std::move(answer->body);
}

Result<Menu> CatalogClient::menu(std::stop_token stop)
{
    const auto answer = get("/api/v1/menu?for=session", stop);
    return answer ? Menu::parse(*answer) : std::unexpected(answer.error());
}

Result<std::string> CatalogClient::login(const std::string& step)
{
    return rootfs::ask_relay(relay_, "POST", "/api/v1/pc/login" + step, "{}");
}

Result<VerifiedVm> CatalogClient::vm(const MenuEntry& entry, std::stop_token stop)
{
    const auto& name = entry.record;
    const auto nonce = fresh_nonce();
    const auto asked = std::chrono::steady_clock::now();
    HttpRequest question;
    question.method = "POST";
    question.url = data_.server + "/api/v1/statement";
    question.headers = {{"Content-Type", "application/json"}};
    question.body = nlohmann::json{{"nonce", base64(as_bytes(nonce))}}.dump();
    const auto statement_answer = http_.fetch_ok(std::move(question), stop);
    if (!statement_answer)
        return std::unexpected(statement_answer.error());

    auto path = "/api/v1/records/" + name.text();
    if (const auto version = entry.offering.version)
        path += fmt::format("/{}", *version);
    auto record_answer = get(path, stop);
    if (!record_answer)
        return std::unexpected(record_answer.error());

    const auto statement_envelope = Envelope::parse(statement_answer->body);
    if (!statement_envelope)
        return std::unexpected(statement_envelope.error());
    const auto statement = Statement::open(data_.policy, *statement_envelope, nonce);
    if (!statement)
        return std::unexpected(statement.error());

    const auto envelope = Envelope::parse(*record_answer);
    if (!envelope)
        return std::unexpected(envelope.error());
    const auto payload = data_.policy.open(*envelope, name);
    if (!payload)
        return std::unexpected(payload.error());
    auto record = VmRecord::parse(*payload);
    if (!record)
        return std::unexpected(record.error());
    if (auto allowed = statement->allows(record->header, *payload, std::chrono::steady_clock::now() - asked); !allowed)
        return std::unexpected(allowed.error());
    return VerifiedVm{std::move(*record), std::move(*record_answer)};
}

} // namespace farboot::vmchooser
