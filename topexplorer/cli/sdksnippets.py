"""Programs for the SDKs that people use, ready to run against the sandbox: its address, keys and session are filled in.

Java, PHP and .NET are the SDKs that the platform's console gives out; Python and Node are those that the registries
have. Each program makes one signed call with a session. The SDKs for Node, PHP and .NET send the local time, so their
programs give them the platform's.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

from topexplorer.core.call import Credentials
from topexplorer.core.nouns import dataclass


@dataclass(frozen=True, slots=True)
class Snippet:
    """A program and what has to be there to run it."""

    needs: str
    program: Template


JAVA = """\
import com.taobao.api.DefaultTaobaoClient;
import com.taobao.api.TaobaoClient;
import com.taobao.api.request.UserSellerGetRequest;

public class Sandbox {
    public static void main(String[] args) throws Exception {
        TaobaoClient client = new DefaultTaobaoClient("$url", "$key", "$secret");
        UserSellerGetRequest request = new UserSellerGetRequest();
        request.setFields("user_id,nick,type");
        System.out.println(client.execute(request, "$session").getBody());
    }
}
"""
PYTHON = """\
import taobao_open
from taobao_open.api.base import RestApi


class UserSellerGet(RestApi):
    def getapiname(self):
        return "taobao.user.seller.get"


request = UserSellerGet("$host", $port)
request.set_app_info(taobao_open.appinfo("$key", "$secret"))
request.fields = "user_id,nick,type"
print(request.getResponse("$session"))
"""
NODE = """\
process.env.TZ = 'Asia/Shanghai';
const TopClient = require('topsdk');

const client = new TopClient('$key', '$secret', { endpoint: '$url' });
client
  .execute('taobao.user.seller.get', { session: '$session', fields: 'user_id,nick,type' })
  .then(console.log, console.error);
"""
PHP = """\
<?php
include 'TopSdk.php';
date_default_timezone_set('Asia/Shanghai');

$$client = new TopClient;
$$client->gatewayUrl = '$url';
$$client->appkey = '$key';
$$client->secretKey = '$secret';
$$request = new UserSellerGetRequest;
$$request->setFields('user_id,nick,type');
print_r($$client->execute($$request, '$session'));
"""
DOTNET = """\
using System;
using Top.Api;
using Top.Api.Request;

class Sandbox
{
    static void Main()
    {
        ITopClient client = new DefaultTopClient("$url", "$key", "$secret");
        var request = new UserSellerGetRequest { Fields = "user_id,nick,type" };
        Console.WriteLine(client.Execute(request, "$session", DateTime.UtcNow.AddHours(8)).Body);
    }
}
"""
SNIPPETS: Mapping[str, Snippet] = {
    "java": Snippet("taobao-sdk-java-auto.jar", Template(JAVA)),
    "python": Snippet("pip install py-taobao-open", Template(PYTHON)),
    "node": Snippet("npm install topsdk", Template(NODE)),
    "php": Snippet("TopSdk.php", Template(PHP)),
    "dotnet": Snippet("TopSdk.dll", Template(DOTNET)),
}
"""By the name that `--sdk` takes."""


def program(sdk: str, host: str, port: int, url: str, keys: Credentials) -> str:
    """The program for one of SNIPPETS. The sandbox's keys are made up and may be shown."""
    return SNIPPETS[sdk].program.substitute(
        host=host,
        port=port,
        url=url,
        key=keys.app_key,
        secret=keys.app_secret.reveal(),
        session=keys.session.reveal() if keys.session else "",
    )
