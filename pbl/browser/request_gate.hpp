#pragma once

#include "pbl/browser/origin.hpp"

#include <QWebEngineUrlRequestInterceptor>

namespace farboot::browser
{

/// Lets requests to the server's origin pass, and nothing else. Pictures and fonts that a page carries in itself
/// (data:) are no requests to anybody, and pass.
class RequestGate : public QWebEngineUrlRequestInterceptor
{
public:
    RequestGate(Origin origin, QObject* parent) : QWebEngineUrlRequestInterceptor(parent), origin_(std::move(origin)) {}
    void interceptRequest(QWebEngineUrlRequestInfo& request) override;

private:
    Origin origin_;
};

} // namespace farboot::browser
