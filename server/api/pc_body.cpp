#include "server/api/pc_body.hpp"

#include "rootfs/base/encoding.hpp"

namespace farboot::server::api
{

using nlohmann::json;

namespace
{

constexpr std::size_t max_key_text = 200;
constexpr std::size_t max_signature_text = 200;

std::expected<ProofGiven, http::Response> parse_proof(const json& object)
{
    ProofGiven proof;
    proof.challenge = text_member(object, "challenge", 200);
    proof.key = text_member(object, "key", max_key_text);
    proof.kept = text_member(object, "kept", 10);
    auto signature = from_base64(text_member(object, "signature", max_signature_text));
    if (proof.challenge.empty() || proof.key.empty() || !signature || (proof.kept != "tpm" && proof.kept != "disk"))
        return std::unexpected(http::error(400, "json-malformed",
                                           "A proof is {\"challenge\", \"key\", \"kept\": \"tpm\" or \"disk\", "
                                           "\"signature\": \"<base64>\"}.",
                                           "proof"));
    proof.signature = std::move(*signature);
    return proof;
}

} // namespace

std::string text_member(const json& object, std::string_view name, std::size_t max)
{
    const auto found = object.is_object() ? object.find(name) : object.end();
    if (!object.is_object() || found == object.end() || !found->is_string())
        return "";
    const auto& text = found->get_ref<const std::string&>();
    return text.size() <= max ? text : "";
}

std::expected<Hello, http::Response> Hello::parse(const http::Request& request)
{
    const auto body = json::parse(request.body, nullptr, false);
    if (!body.is_object())
        return std::unexpected(http::error(400, "json-malformed", "A hello is a JSON object."));
    Hello hello;
    hello.facts.mac = rules::Mac::parse(text_member(body, "mac", 64));
    hello.facts.uuid = rules::Uuid::parse(text_member(body, "uuid", 64));
    if (const auto hardware = body.find("hardware"); hardware != body.end())
        hello.facts.hardware = catalog::hardware_of(*hardware);
    if (const auto dhcp = body.find("dhcp"); dhcp != body.end())
        hello.facts.dhcp = catalog::dhcp_of(*dhcp);
    hello.facts.address = request.client;
    hello.boot_id = text_member(body, "boot_id", 36);
    if (const auto stages = body.find("stages"); stages != body.end())
        hello.stages = catalog::stages_of(*stages);
    if (const auto given = body.find("proof"); given != body.end() && !given->is_null()) {
        auto proof = parse_proof(*given);
        if (!proof)
            return std::unexpected(std::move(proof.error()));
        hello.proof = std::move(*proof);
    }
    return hello;
}

} // namespace farboot::server::api
